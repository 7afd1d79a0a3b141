/** An application's name as a link to its detail, marked when only its file name was to go by. */
import { Reported } from '../text/reported.tsx';

interface ApplicationNameProps {
  id: string;
  name: string;
  recognised: boolean;
}

export function ApplicationName({ id, name, recognised }: ApplicationNameProps) {
  return (
    <>
      <a className="name" href={`#/applications/${id}`}>
        {name === '' ? 'not known yet' : <Reported text={name} />}
      </a>
      {!recognised && <Unrecognised />}
    </>
  );
}

export function Unrecognised() {
  return (
    <span className="mark" title="No catalogue rule and no package knows it: the file name is all there is.">
      unrecognised
    </span>
  );
}
