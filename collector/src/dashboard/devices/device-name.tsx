import { Reported } from '../text/reported.tsx';

export function DeviceName({ id, hostname }: { id: string; hostname: string }) {
  return (
    <a className="name" href={`#/devices/${id}`}>
      {hostname === '' ? <code>{id}</code> : <Reported text={hostname} />}
    </a>
  );
}
