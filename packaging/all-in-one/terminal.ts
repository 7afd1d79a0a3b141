/** What the person who typed `npm start` sees: lines of text, or with --json one object a line. */
export type EventKind = 'start' | 'progress' | 'ready' | 'found' | 'warning' | 'error' | 'restart' | 'end';

export interface Terminal {
  /** `facts` accompany the text in JSON. */
  tell(kind: EventKind, text: string, facts?: Readonly<Record<string, unknown>>): void;
}

type Output = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean };

export function jsonTerminal(output: Output): Terminal {
  return {
    tell: (kind, text, facts = {}) =>
      void output.write(`${JSON.stringify({ at: new Date().toISOString(), kind, text, ...facts })}\n`),
  };
}

const ERASE_LINE = '\r\x1b[2K';

/** On a real terminal progress overwrites itself; elsewhere each is a line. */
export function textTerminal(output: Output): Terminal {
  let onProgressLine = false;
  return {
    tell(kind, text) {
      const line = kind === 'warning' || kind === 'error' ? `${kind}: ${text}` : text;
      const erase = onProgressLine ? ERASE_LINE : '';
      onProgressLine = kind === 'progress' && output.isTTY === true;
      output.write(`${erase}${line}${onProgressLine ? '' : '\n'}`);
    },
  };
}
