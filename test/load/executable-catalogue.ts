/**
 * The executables of a population, numbered as they are first asked for: evidence made from their number, id and
 * digest part by the product's own encoder and kept, since composing a report needs thousands of them.
 */
import { createHash } from 'node:crypto';
import { type Evidence, type ExecutableId, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { drawnBits } from './named-chance.ts';
import { OPERATING_SYSTEMS, type OperatingSystem } from './operating-systems.ts';
import type { Population, SoftwarePackage } from './population.ts';

const DIGEST_PART_BYTES = 16;
const MOST_VERSIONS = 4096;
/** Several unowned programs share a file name, as scripts called `deploy` do. */
const TOOL_NAMES = 400;
/** The package that every device has. */
export const BROWSER = 'firefox';
const VENDORS = [
  'Mozilla',
  'Canonical',
  'Debian Developers',
  'Microsoft Corporation',
  'Apple Inc.',
  'JetBrains s.r.o.',
  'The Document Foundation',
  'Adobe',
  'Google LLC',
  'Zoom Video Communications',
];

/** What a person would call it: the product's words for an application are made from these. */
export interface ProgramName {
  /** Undefined when no package owns it. */
  package: { name: string; version: string; vendor: string } | undefined;
  file: string;
}

export class ExecutableCatalogue {
  readonly #population: Population;
  /** First number of the programs of (package, version). */
  readonly #firstOf = new Map<number, number>();
  readonly #packageOf: number[] = [];
  readonly #versionOf: number[] = [];
  readonly #programOf: number[] = [];
  readonly #ids: ExecutableId[] = [];
  readonly #numberOf = new Map<ExecutableId, number>();
  #digestParts = Buffer.alloc(DIGEST_PART_BYTES * 1024);

  constructor(population: Population) {
    this.#population = population;
  }

  /** Numbers given so far: 0 to count - 1. */
  get count(): number {
    return this.#ids.length;
  }

  /** Number of the first program of this release; the others follow it. */
  firstOf(of: SoftwarePackage, version: number): number {
    const key = of.no * MOST_VERSIONS + version;
    const known = this.#firstOf.get(key);
    if (known !== undefined) return known;
    const first = this.count;
    this.#firstOf.set(key, first);
    for (let program = 0; program < of.programs; program++) this.#number(of, version, program);
    return first;
  }

  idOf(executable: number): ExecutableId {
    return this.#ids[executable] as ExecutableId;
  }

  /** Undefined for an id that no device of this fleet ever had. */
  numberOf(id: ExecutableId): number | undefined {
    return this.#numberOf.get(id);
  }

  digestPartOf(executable: number): Uint8Array {
    const at = executable * DIGEST_PART_BYTES;
    return this.#digestParts.subarray(at, at + DIGEST_PART_BYTES);
  }

  /** Canonical evidence bytes. */
  evidenceOf(executable: number): Uint8Array {
    return encodeEvidence(
      this.#evidence(
        this.#package(executable),
        this.#versionOf[executable] as number,
        this.#programOf[executable] as number,
      ),
    );
  }

  /** Number of the package it came with. */
  packageNoOf(executable: number): number {
    return this.#packageOf[executable] as number;
  }

  nameOf(executable: number): ProgramName {
    const of = this.#package(executable);
    const version = this.#versionOf[executable] as number;
    return {
      package: of.owned
        ? { name: packageName(of), version: `${version}.${of.no % 10}.0`, vendor: vendorOf(of) }
        : undefined,
      file: fileName(of, this.#programOf[executable] as number),
    };
  }

  #package(executable: number): SoftwarePackage {
    return this.#population.packages[this.#packageOf[executable] as number] as SoftwarePackage;
  }

  #number(of: SoftwarePackage, version: number, program: number): void {
    const number = this.count;
    const { executableId, digestPart } = identifyEvidence(
      encodeEvidence(this.#evidence(of, version, program)),
    );
    this.#packageOf.push(of.no);
    this.#versionOf.push(version);
    this.#programOf.push(program);
    this.#ids.push(executableId);
    this.#numberOf.set(executableId, number);
    if ((number + 1) * DIGEST_PART_BYTES > this.#digestParts.length)
      this.#digestParts = Buffer.concat([this.#digestParts, Buffer.alloc(this.#digestParts.length)]);
    this.#digestParts.set(digestPart, number * DIGEST_PART_BYTES);
  }

  #evidence(of: SoftwarePackage, version: number, program: number): Evidence {
    const system = OPERATING_SYSTEMS[of.system] as OperatingSystem;
    const content = createHash('sha256')
      .update(`${this.#population.size.seed} ${of.no} ${version} ${program}`)
      .digest();
    const name = fileName(of, program);
    const file = {
      sha256: content,
      size: 10_000 + (content.readUInt32LE(0) % 5_000_000),
      path: `${of.owned ? system.programs : system.tools}${name}`,
    };
    if (!of.owned) return { ...file, format: 'script', interpreter: '/bin/sh' };
    return {
      ...file,
      format: system.format,
      buildId: content.subarray(0, 20),
      packageManager: system.packageManager,
      packageName: packageName(of),
      packageVersion: `${version}.${of.no % 10}.0`,
      packageArchitecture: system.packageArchitecture,
      packageVendor: vendorOf(of),
    };
  }
}

function packageName(of: SoftwarePackage): string {
  return of.browser ? BROWSER : `package-${of.system}-${of.no}`;
}

function fileName(of: SoftwarePackage, program: number): string {
  return of.owned ? `${packageName(of)}-${program}` : `tool-${of.no % TOOL_NAMES}`;
}

/** A browser is everywhere from one vendor, and so one application over all systems. */
function vendorOf(of: SoftwarePackage): string {
  return VENDORS[of.browser ? 0 : drawnBits(of.no, 4) % VENDORS.length] as string;
}
