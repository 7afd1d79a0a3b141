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
    to: /^proto\/|^@fleetmeter\/proto\/(?!opening$)/,
    why: 'what is shared is what proto exports; its inner files may move',
  },
  {
    from: /^agent\//,
    to: /^@fleetmeter\/proto\/opening$/,
    why: 'agents seal and never open: they carry neither the libraries for it nor their memory',
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
    // rpm's own database happens to be one of SQLite.
    except: /^agent\/src\/(?:store\/|evidence\/packages\/rpm-sqlite\.ts$)/,
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
    except: /^collector\/src\/clickhouse\//,
    to: /^@clickhouse\//,
    why: 'only clickhouse/ knows ClickHouse; others call what it exports, so that names of tables, formats and error codes have one home',
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
    from: /^(?:agent|collector|proto|packaging)\//,
    except: /^collector\/src\/authority\//,
    to: /^@peculiar\/|^reflect-metadata$/,
    why: 'only authority/ makes certificates: keys that sign have one home, and agents carry no library for it',
  },
  {
    from: /^agent\//,
    // The message bus and X servers are sockets of this computer, and nobody's beyond it.
    except:
      /^agent\/src\/(?:(?:send|enrol|update)\/|sessions\/(?:dbus\/bus|x11\/x11)-connection\.linux\.ts$)/,
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
    from: /^collector\/src\/(?:process|reconcile|map|recompute|audit)\//,
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
    from: /^collector\/src\/admin\//,
    to: /^collector\/src\/(?:control\/(?!control-store\.ts$|contract\/)|stream\/(?!stream\.ts$)|process\/|recompute\/|clickhouse\/(?!queries\/|clickhouse\.ts$)|receive\/)/,
    why: 'admin shows and writes nothing: it knows the contracts of the stores and none of what changes them',
  },
  {
    from: /^collector\/src\/http-edge\//,
    to: /^collector\/src\/(?!http-edge\/|validate\/|stream\/stream\.ts$)/,
    why: 'how a foreign page is kept out and a refusal is worded is the same at both HTTP ports, and depends on neither',
  },
  {
    from: /^collector\/src\/authority\//,
    to: /^collector\/src\/(?!authority\/|clock\/clock\.ts$)|^(?:fastify|undici|pino|node:(?:http|https|http2|tls|dgram|dns|sqlite|child_process))(?:\/|$)/,
    types: false,
    why: 'the authority knows files and certificates only: whoever asks what an agent may trust reads one folder, and no server is needed to test it',
  },
  {
    from: /^collector\/src\/dashboard\//,
    to: /^collector\/src\/(?!dashboard\/)|^node:|^@clickhouse\//,
    types: false,
    why: 'the page runs in a browser and asks the admin routes, like any other client',
  },
  {
    from: /^collector\/src\/(?!plan\/|main\.ts)/,
    to: /^collector\/src\/plan\//,
    why: 'the planner runs the stages to measure them, so it stands above all of them: a stage that knew it could be measured would not be measured as it is',
  },
  {
    from: /^collector\/src\/plan\/(?!measure\/|plan-command\.ts)/,
    to: /^collector\/src\/(?!plan\/|config\/schema\.ts)|^node:(?!fs$)/,
    types: false,
    why: 'the plan is a calculation: only measure/ runs anything, and what is not measured can be calculated anywhere',
  },
  {
    from: /^collector\/src\/(?!clickhouse\/|plan\/measure\/)/,
    to: /^collector\/src\/clickhouse\/measuring-data\.ts$/,
    why: 'it fills tables with what no device ever reported, and holds merges: for databases of a measurement only',
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

/** The census is evidence only as long as it could disagree. */
export const CENSUS_RULE: ImportRule = {
  from: /^test\/census\//,
  to: /^(?:agent|collector|proto|packaging)\/|^@fleetmeter\//,
  why: 'the census shares no code with the product: what both took from one source would agree even where it is wrong',
};

/** What no code may say outside the places where it belongs. */
export interface CodeRule {
  says: RegExp;
  /** The only files that may. */
  except: RegExp;
  why: string;
}

export const CODE_RULES: readonly CodeRule[] = [
  {
    says: /\bprocess\.(?:exit\(|exitCode\s*=[^=])/,
    except:
      /^(?:agent|collector)\/src\/main\.ts$|^collector\/src\/engine\/engine-process\.ts$|^packaging\/all-in-one\/all-in-one\.ts$|\.mjs$/,
    why: 'only programs end the process: an end elsewhere skips what others still have to put on the disk',
  },
  {
    // performance.now() is free: it only ever measures how long something took.
    says: /\bDate\.now\b|\bnew Date\(\s*\)/,
    except:
      /^(?:agent|collector)\/src\/(?:clock\/|main\.ts$)|^collector\/src\/(?:engine|dashboard)\/|^packaging\//,
    why: 'only clock/ asks what time it is: the rest is told, so that a test can make clocks jump (the engine process times its own restarts, the page is in a browser)',
  },
];

/** Shared code gets the name of what it is. */
export const NAMELESS =
  /\/(?:utils?|helpers?|common|shared|misc|managers?)(?:\.|\/)|-(?:utils?|helpers?|managers?)\.\w+$/;

/** The one index that is no barrel: what proto shares. */
export const PUBLIC_INDEX = 'proto/src/index.ts';
