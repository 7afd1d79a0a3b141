/** Before there is anything to list: what is happening, and that nobody has to do anything about it. */
export function FirstScan({ devices }: { devices: number | undefined }) {
  return devices === undefined || devices === 0 ? (
    <div className="empty">
      <p className="lead">Waiting for the first report</p>
      <p>
        An agent that has just started first looks at every program of its computer. While the first scan is
        running nothing shows here; it usually takes less than a minute. This page fills by itself.
      </p>
    </div>
  ) : (
    <div className="empty">
      <p className="lead">The first scan is running…</p>
      <p>
        A computer has reported, and what is installed on it is being put together. This page fills by itself.
      </p>
    </div>
  );
}
