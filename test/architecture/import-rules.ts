/** Who may import what, and why. A rule names the importing files and the imports it forbids them. */
export interface ImportRule {
  /** Importing files this is about, as paths in the repository. */
  from: RegExp;
  /** Of these, the ones it is not about. */
  except?: RegExp;
  /** What they may not import: a path in the repository, or a package or built-in by its name. */
  to: RegExp;
  /** Also when only types are imported. Default true. */
  types?: boolean;
  why: string;
}

const EFFECTS =
  /^node:(?:fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|sqlite|cluster)(?:\/|$)|^(?:undici|pino|fastify)$/;

export const IMPORT_RULES: readonly ImportRule[] = [
  {
    from: /^agent\//,
    to: /^collector\/|^@fleetmeter\/collector/,
    why: 'agent and collector meet only in proto: each must be able to run, and be released, without the other',
  },
  {
    from: /^collector\//,
    to: /^agent\/|^@fleetmeter\/agent/,
    why: 'agent and collector meet only in proto: each must be able to run, and be released, without the other',
  },
  {
    from: /^(?:agent|collector)\//,
    to: /^proto\/|^@fleetmeter\/proto\//,
    why: 'what is shared is what proto exports; its inner files may move',
  },
  {
    from: /^proto\//,
    to: /^(?:agent|collector|packaging|test)\/|^@fleetmeter\//,
    why: 'proto is the bottom: it knows neither who writes a message nor who reads it',
  },
  {
    from: /^(?:agent|collector|proto)\//,
    to: /^(?:packaging|test)\//,
    why: 'the product does not depend on how it is packaged or tested',
  },
  {
    from: /^agent\//,
    except: /^agent\/src\/store\//,
    to: /^node:sqlite$/,
    why: "the agent's state has one home; whoever opens the database elsewhere goes round its locks and migrations",
  },
  {
    from: /^collector\//,
    except: /^collector\/src\/(?:stream|control)\//,
    to: /^node:sqlite$/,
    why: 'what the collector keeps by itself is the stream and the control store; other implementations must be able to replace them',
  },
  {
    from: /^packaging\//,
    except: /^packaging\/all-in-one\/data-folder\.ts$/,
    to: /^node:sqlite$/,
    why: 'packaging keeps no state; SQLite serves it as a lock only',
  },
  {
    from: /^(?:agent|proto|packaging)\//,
    to: /^@clickhouse\/|^chdb$/,
    why: 'only the collector knows a database of facts',
  },
  {
    from: /^collector\//,
    except: /^collector\/src\/(?:clickhouse\/|process\/processor\.ts$)/,
    to: /^@clickhouse\//,
    why: 'only clickhouse/ knows ClickHouse; others call what it exports, so that names and formats of tables have one home (processor.ts tells permanent errors of the engine from others by its error class, and nothing more)',
  },
  {
    from: /^collector\//,
    except: /^collector\/src\/engine\//,
    to: /^chdb$/,
    why: 'the embedded engine lives in a process of its own: a crash in it must not take receiving down',
  },
  {
    from: /^collector\/src\/engine\//,
    to: /^collector\/src\/(?!engine\/)/,
    why: 'the engine process is a ClickHouse that happens to be embedded: it knows nothing of reports',
  },
  {
    from: /^agent\//,
    except: /^agent\/src\/(?:send|enrol|update)\//,
    to: /^(?:undici|node:(?:net|http|https|http2|tls|dgram|dns)(?:\/.*)?)$/,
    why: 'only send, enrol and update use the network: whoever asks what leaves the device reads three folders',
  },
  {
    from: /^agent\/src\/(?:usage|delta)\/|^collector\/src\/(?:validate|reconcile|map)\/|^proto\/src\//,
    to: EFFECTS,
    types: false,
    why: 'decisions are pure: values in, values out, time passed in; files, network and databases belong to the edges',
  },
  {
    from: /^collector\/src\/receive\//,
    to: /^collector\/src\/(?:process|reconcile|map|recompute|clickhouse|engine)\//,
    why: 'receiving ends at the stream: it must go on when the database is down',
  },
  {
    from: /^collector\/src\/(?:process|reconcile|map|recompute)\//,
    to: /^collector\/src\/receive\//,
    why: 'receive and process meet only at the contracts of stream and control store, so that they can run apart',
  },
  {
    from: /^collector\/src\/(?:receive|process|reconcile|map|recompute|validate)\//,
    to: /^collector\/src\/(?:stream\/(?!stream\.ts)|control\/sqlite-)/,
    why: 'stages know the contract of the stream and the control store, collector.ts chooses the implementation',
  },
  {
    from: /^collector\/src\/(?:receive|process|reconcile|map|recompute|validate|stream|control|clickhouse)\//,
    to: /^collector\/src\/admin\//,
    why: 'imports point one way: what administrators see is built on the stages, never the other way round',
  },
  {
    from: /^collector\/src\/dashboard\//,
    to: /^collector\/src\/(?!dashboard\/)|^node:|^@clickhouse\//,
    types: false,
    why: 'the page runs in a browser and asks the admin routes, like any other client',
  },
  {
    from: /^agent\/src\/(?!main\.ts)/,
    to: /^agent\/src\/(?:main|agent)\.ts$/,
    why: 'imports point one way: main, then agent.ts, then the stages',
  },
  {
    from: /^collector\/src\/(?!main\.ts)/,
    to: /^collector\/src\/(?:main|collector)\.ts$/,
    why: 'imports point one way: main, then collector.ts, then the stages',
  },
];

/** The files that may end the process, and why nobody else: an end must not skip what others still have to do. */
export const MAY_END_THE_PROCESS =
  /^(?:agent|collector)\/src\/main\.ts$|^collector\/src\/engine\/engine-process\.ts$|\.mjs$/;

/** Shared code gets the name of what it is. */
export const NAMELESS =
  /\/(?:utils?|helpers?|common|shared|misc|manager)(?:\.ts|\/)|-(?:utils?|helpers?|manager)\.ts$/;
