/**
 * POST /api/person/query: one statement about persons, and /api/person/export: everything of one of them, with a
 * personal token and a reason. Every one is logged, also those that are refused.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PersonExport } from '../person/export-person.ts';
import type { Asking, PersonQuestions } from '../person/person-questions.ts';

/** Of a statement; the log keeps all of it. */
const MOST_BYTES = 64 * 1024;
const FORMAT = { default_format: { type: 'string', pattern: '^\\w{1,64}$', default: 'JSON' } };
const QUERY = { type: 'object', additionalProperties: false, properties: FORMAT };

export interface PersonAnswers {
  questions: PersonQuestions;
  exports: PersonExport;
}

const CALLED = {
  ...{ type: 'object', additionalProperties: false, required: ['person'] },
  properties: { person: { type: 'string', maxLength: 64 } },
};

export function addPersonRoutes(server: FastifyInstance, { questions, exports }: PersonAnswers): void {
  // No form of a page can send this type without asking first.
  server.addContentTypeParser(
    'application/sql',
    { parseAs: 'string', bodyLimit: MOST_BYTES },
    async (_request: FastifyRequest, body: string) => body,
  );
  server.post<{ Querystring: { default_format: string }; Body: string }>(
    '/api/person/query',
    { config: { changes: true }, schema: { querystring: QUERY } },
    async (request, reply) => {
      const asking = { ...whoAsks(request), statement: String(request.body ?? '') };
      const answer = await questions.query(asking, request.query.default_format);
      return await reply.type(answer.contentType).send(answer.body);
    },
  );
  server.post<{ Body: { person: string } }>(
    '/api/person/export',
    { config: { changes: true }, schema: { body: CALLED } },
    async (request, reply) => {
      const answer = await exports.of(request.body.person, whoAsks(request));
      return await reply.type(answer.contentType).send(answer.body);
    },
  );
}

function whoAsks({ headers }: FastifyRequest): Pick<Asking, 'secret' | 'reason'> {
  const secret = /^Bearer (\S{1,200})$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const reason = headers['x-fleetmeter-reason'];
  return { secret, reason: plainText(typeof reason === 'string' ? reason : '') };
}

/** Headers hold no letters but those of ASCII: others come percent-encoded. */
function plainText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
