/** An X server of its own without a screen, which lets in whoever has its cookie, and programs with windows on it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../agent/src/fixtures/until.ts';
import { authorityEntry } from '../../agent/src/sessions/fixtures/authority-file.ts';

export class XDisplay {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fleetmeter-display-'));
  readonly #authority = join(this.#folder, 'authority');
  readonly #processes: ChildProcess[] = [];
  #server: ChildProcess | undefined;
  /** As ":7". */
  name = '';

  /** Like the servers of desktops it chooses its number itself. */
  async start(): Promise<void> {
    writeFileSync(this.#authority, authorityEntry({ display: '', cookie: randomBytes(16).toString('hex') }), {
      mode: 0o600,
    });
    const chosen = join(this.#folder, 'number');
    const words = [
      '-displayfd',
      '3',
      '-screen',
      '0',
      '320x200x24',
      '-nolisten',
      'tcp',
      // Otherwise it begins anew whenever nobody is connected.
      '-noreset',
      '-auth',
      this.#authority,
    ];
    this.#server = this.#run('sh', ['-c', 'exec "$@" 3>"$0"', chosen, 'Xvfb', ...words]);
    await until(
      'the display has a number',
      () => existsSync(chosen) && readFileSync(chosen, 'latin1').endsWith('\n'),
    );
    this.name = `:${readFileSync(chosen, 'latin1').trim()}`;
  }

  /** With one window, whose number it resolves to. */
  async startProgram(file: string, windowClass: string): Promise<string> {
    this.#run(file, []);
    let window = '';
    await until(`${file} has a window`, () => {
      window = this.#ask('search', '--onlyvisible', '--class', windowClass);
      return window !== '';
    });
    return window;
  }

  focus(window: string): void {
    this.#ask('windowfocus', '--sync', window);
  }

  hide(window: string): void {
    this.#ask('windowunmap', '--sync', window);
  }

  show(window: string): void {
    this.#ask('windowmap', '--sync', window);
  }

  async stopProgram(file: string): Promise<void> {
    await Promise.all(this.#processes.filter(({ spawnfile }) => spawnfile === file).map(stop));
  }

  async stopServer(): Promise<void> {
    await stop(this.#server);
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map(stop));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ask(...words: string[]): string {
    try {
      return execFileSync('xdotool', words, { env: this.#environment(), stdio: 'pipe' }).toString().trim();
    } catch {
      return '';
    }
  }

  #run(file: string, words: string[]): ChildProcess {
    const child = spawn(file, words, { stdio: 'ignore', env: this.#environment() });
    this.#processes.push(child);
    return child;
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, DISPLAY: this.name, XAUTHORITY: this.#authority };
  }
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
