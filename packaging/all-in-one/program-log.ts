/** Where a program's output goes: every line to its file, warnings and errors in short form to the terminal too. */
import { join } from 'node:path';
import { LogFile } from './log-file.ts';
import { RepeatFilter, shortLogLine } from './short-log-line.ts';
import type { Terminal } from './terminal.ts';

export interface ProgramLog {
  readonly path: string;
  /** The program's last warning, error or words. */
  lastComplaint(): string | undefined;
  write(line: string, stream: 'stdout' | 'stderr'): void;
  close(): void;
}

export function openProgramLog(name: string, dataFolder: string, terminal: Terminal): ProgramLog {
  const file = new LogFile(join(dataFolder, 'logs', `${name}.log`));
  const repeats = new RepeatFilter();
  let complaint: string | undefined;
  return {
    path: file.path,
    lastComplaint: () => complaint,
    write(line, stream) {
      file.writeLine(line);
      const short = shortLogLine(line, stream);
      if (!short) return;
      complaint = short.text;
      if (repeats.isNew(short.text, performance.now()))
        terminal.tell(short.severity, `${name}: ${short.text}`, { program: name });
    },
    close: () => file.close(),
  };
}
