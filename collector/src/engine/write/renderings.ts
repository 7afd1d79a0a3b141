import type { EngineSession } from '../engine-database.ts';
import { canonicalText } from '../gate/reader-gate.ts';

/** Of each kind of statement the collector has a few dozen; longer ones carry lists that do not come again. */
const most = 256;
const longest = 4_096;

/**
 * The engine's own rendering of the writer's statements, asked for once for each text: it depends on nothing but
 * the text, and an insert otherwise spends a tenth of its time on it.
 */
export class Renderings {
  readonly #known = new Map<string, string>();

  async of(session: EngineSession, text: Buffer): Promise<string> {
    if (text.length > longest) return canonicalText(session, text);
    const key = text.toString('latin1');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const canonical = await canonicalText(session, text);
    if (this.#known.size >= most) this.#known.delete(this.#known.keys().next().value as string);
    this.#known.set(key, canonical);
    return canonical;
  }
}
