/**
 * What a browser is told about the page: only its own files run, nothing is written into it as markup, nobody
 * frames it, and nothing of it leaves. Whatever a hostile device is called stays text even where a bug would not.
 */
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

export async function addPageProtection(server: FastifyInstance): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Plain HTTP on loopback: the header would have no effect here and stick to other programs on localhost.
    strictTransportSecurity: false,
  });
}
