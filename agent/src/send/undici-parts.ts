/**
 * The parts of undici that the agent uses, each from its own file: all of undici is 28 MiB of resident memory, most of it
 * for fetch, caches and mocks that nobody here asks for. A test compares them with what undici itself exports, so that
 * another version which keeps them elsewhere is noticed.
 */
import { createRequire } from 'node:module';
import type * as undici from 'undici';

const load = createRequire(import.meta.url);

export const Agent = load('undici/lib/dispatcher/agent.js') as typeof undici.Agent;
export type Agent = undici.Agent;
export const Client = load('undici/lib/dispatcher/client.js') as typeof undici.Client;
export const buildConnector = load('undici/lib/core/connect.js') as typeof undici.buildConnector;

/** Methods of every dispatcher in undici's own entry; here they are called with one as `this`. */
type Method<Name extends 'request' | 'connect'> = (
  this: undici.Dispatcher,
  options: Parameters<undici.Dispatcher[Name]>[0],
) => ReturnType<undici.Dispatcher[Name]>;
export const request = load('undici/lib/api/api-request.js') as Method<'request'>;
export const connect = load('undici/lib/api/api-connect.js') as Method<'connect'>;
