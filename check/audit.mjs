/**
 * `npm audit`, which fails if it finds something. A registry that can't be asked, or refuses to
 * audit, is named, and is not a failure: mirrors often have no audit.
 */
import { spawnSync } from 'node:child_process';

const { stdout, error } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8' });
if (error) throw error;

/** @returns undefined if it is not JSON */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const report = parsed(stdout);
const found = Object.values(report?.vulnerabilities ?? {});
if (report?.auditReportVersion !== undefined) {
  for (const { name, severity, range, via } of found) {
    const titles = via.map((cause) => (typeof cause === 'string' ? `by ${cause}` : cause.title));
    process.stderr.write(`${name} ${range}, ${severity}: ${titles.join('; ')}\n`);
  }
  process.stdout.write(`npm audit: ${found.length} packages with known faults\n`);
  process.exitCode = found.length > 0 ? 1 : 0;
} else if (typeof report?.message === 'string') {
  process.stderr.write(`NOT AUDITED: the registry can't be asked: ${report.message}\n`);
} else {
  process.stderr.write(`npm audit printed what is not a report: ${stdout.slice(0, 500)}\n`);
  process.exitCode = 1;
}
