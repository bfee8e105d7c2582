/** The fields that any response has to have, and requests that may not change anything. */
import { bare, crlf, each, entity, get, put, type Rule, request } from '../rule.js';

const absent = request('GET /v0/entity?id=absent HTTP/1.1');

export const responses: readonly Rule[] = [
  {
    section: '9110 § 6.6.1',
    level: 'MUST',
    claim: 'a response of 2xx or 4xx has a Date',
    allowed: ['200', '201', '202', '404', '400', '405'],
    inputs: [
      ['200', get()],
      ['201', put(['Content-Length: 1'])],
      ['202', request('DELETE /v0/entity?id=w HTTP/1.1')],
      ['404', absent],
      ['405', request(`PATCH ${entity} HTTP/1.1`)],
      ['400 of the interface', request('GET /v0/entity?id= HTTP/1.1')],
      ['400 of the parser', `bad${crlf}${crlf}`],
      ['a range', request('GET /v0/entities?start=k&end=l HTTP/1.1')],
    ],
    check: ([first]) =>
      /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(
        first?.fields.get('date') ?? '',
      )
        ? undefined
        : `Date: ${first?.fields.get('date')}`,
  },
  {
    section: '9110 § 8.3',
    level: 'SHOULD',
    claim: 'content has a Content-Type',
    allowed: ['2xx', '4xx'],
    inputs: each(
      [entity, '/v0/status', '/v0/entities?start=k&end=l', '/', '/v0/entity?id='],
      (target) => request(`GET ${target} HTTP/1.1`),
    ),
    check: ([first]) =>
      first?.content !== '' && !first?.fields.has('content-type') ? 'no Content-Type' : undefined,
  },
  {
    section: '9112 § 6.2',
    level: 'MUST',
    claim: 'a response has a length or a coding, not both',
    allowed: ['2xx', '4xx'],
    inputs: each([entity, '/v0/status', '/v0/entities?start=k&end=l', '/'], (target) =>
      request(`GET ${target} HTTP/1.1`),
    ),
    check: ([first]) =>
      first?.fields.has('content-length') && first.fields.has('transfer-encoding')
        ? 'both'
        : undefined,
  },
  {
    section: '9110 § 14.2',
    level: 'MUST',
    claim: 'Range is ignored with other methods than GET, and with a unit that is not known',
    allowed: ['200+', '201+', '202+'],
    inputs: [
      ['PUT', put(['Content-Length: 1', 'Range: bytes=0-0'])],
      ['DELETE', request('DELETE /v0/entity?id=w HTTP/1.1', ['Range: bytes=0-0'])],
      ['HEAD', request(`HEAD ${entity} HTTP/1.1`, ['Range: bytes=0-0'])],
      ...each(['items=0-1', 'x', 'bananas=1', ''], (range) => get(`Range: ${range}`)),
    ],
  },
  {
    section: '9110 § 13.1.1',
    level: 'MUST',
    claim: 'a write whose condition is false is not carried out',
    allowed: ['412'],
    inputs: [
      [
        'If-Match',
        bare(
          'PUT /v0/entity?id=hidden HTTP/1.1',
          ['Host: localhost', 'If-Match: "x"', 'Content-Length: 1'],
          'v',
        ),
      ],
      [
        'If-None-Match: *',
        request(`PUT ${entity} HTTP/1.1`, ['If-None-Match: *', 'Content-Length: 1'], 'x'),
      ],
      ['DELETE If-Match', request(`DELETE ${entity} HTTP/1.1`, ['If-Match: "x"'])],
      ['DELETE If-None-Match: *', request(`DELETE ${entity} HTTP/1.1`, ['If-None-Match: *'])],
    ],
  },
  {
    section: '9110 § 13.1.3',
    level: 'MUST',
    claim: 'If-Modified-Since is ignored with other methods than GET and HEAD',
    allowed: ['201+', '202+'],
    inputs: [
      ['PUT', put(['If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT', 'Content-Length: 1'])],
      ['DELETE', request('DELETE /v0/entity?id=w HTTP/1.1', ['If-Modified-Since: x'])],
    ],
  },
  {
    section: '9110 § 14.5',
    level: 'SHOULD',
    claim: 'a PUT with Content-Range gets 400',
    allowed: ['400'],
    inputs: [['bytes 0-0/5', put(['Content-Range: bytes 0-0/5', 'Content-Length: 1'])]],
  },
];
