/** The tables of the HTTP interface, as Markdown, from the one that the server works by. */

/** @param api the module src/server/api/operations.ts, compiled */
export function interfaceTables({
  operations,
  problemStatuses,
  requestFields,
  responseFields,
  commonProblems,
}) {
  return {
    requests: table(
      ['Request', 'Meaning'],
      // The README has a sentence for the document.
      operations
        .filter(({ kind }) => kind !== 'openapi')
        .map((operation) => [requestOf(operation), operation.summary]),
    ),
    operations: table(
      ['Request', 'Meaning', 'Token', 'Response', 'Errors of its own'],
      operations.map((operation) => [
        requestOf(operation),
        operation.summary,
        operation.access,
        successOf(operation),
        operation.problems.join(', '),
      ]),
    ),
    parameters: table(
      ['Parameter', 'Value', 'Meaning'],
      distinctParameters(operations).map(({ name, value, summary }) => [
        `\`${name}\``,
        value,
        summary,
      ]),
    ),
    responseFields: table(
      ['Field', 'On', 'Meaning'],
      responseFields.map((field) => [
        `\`${field.name}\``,
        [readersOf(field, operations), field.statuses.join(', ')].filter(Boolean).join(': '),
        field.summary,
      ]),
    ),
    fields: table(
      ['Field', 'Read by', 'Meaning'],
      requestFields.map((field) => [
        `\`${field.name}\``,
        readersOf(field, operations),
        `${field.use === 'refused' ? `**${field.status}.** ` : ''}${field.summary}`,
      ]),
    ),
    statuses: table(
      ['Status', 'When', 'On'],
      Object.entries(problemStatuses).map(([status, meaning]) => [
        status,
        meaning,
        commonProblems.includes(Number(status)) ? 'every request' : ownersOf(status, operations),
      ]),
    ),
  };
}

function requestOf({ methods, path, parameters = [], oneOf = [] }) {
  const first = oneOf.length > 0 ? [`?(${oneOf.map((name) => `${name}=…`).join('\\|')})`] : [];
  const others = parameters.filter(({ name }) => !oneOf.includes(name));
  const query = others.map(({ name, isRequired }, index) => {
    const part = `${index + first.length === 0 ? '?' : '&'}${name}=…`;
    return isRequired ? part : `[${part}]`;
  });
  query.unshift(...first);
  return `\`${methods[0]} ${path}${query.join('')}\``;
}

function successOf({ responses }) {
  return Object.entries(responses)
    .map(([status, meaning]) => `${status}: ${meaning}`)
    .join(' ');
}

function distinctParameters(operations) {
  const all = operations.flatMap(({ parameters = [] }) => parameters);
  return [...new Map(all.map((parameter) => [parameter.name, parameter])).values()];
}

function readersOf(field, operations) {
  if (field.operations.length === operations.length) return 'every request';
  return names(operations.filter(({ kind }) => field.operations.includes(kind)));
}

function ownersOf(status, operations) {
  return names(operations.filter(({ problems }) => problems.includes(Number(status))));
}

function names(operations) {
  return operations.map(({ methods, path }) => `\`${methods[0]} ${path}\``).join(', ');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
