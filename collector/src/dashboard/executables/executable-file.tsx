/** A program file: where it is, and the two numbers by which it can be found again anywhere. */
import { Reported } from '../text/reported.tsx';

interface ExecutableFileProps {
  path: string;
  executableId: string;
  sha256: string;
}

export function ExecutableFile({ path, executableId, sha256 }: ExecutableFileProps) {
  return (
    <>
      <div className="path">
        {path === '' ? <span className="quiet">path not received yet</span> : <Reported text={path} />}
      </div>
      <dl className="ids">
        <div>
          <dt>id</dt>
          <dd>
            <code>{executableId}</code>
          </dd>
        </div>
        <div>
          <dt>SHA-256</dt>
          <dd>{sha256 === '' ? <span className="quiet">not received yet</span> : <code>{sha256}</code>}</dd>
        </div>
      </dl>
    </>
  );
}
