/** Reading os-release(5). Pure. */
export interface OsRelease {
  /** For people: "Debian GNU/Linux 12 (bookworm)". */
  prettyName: string;
  versionId: string;
  /** "debian", "ubuntu", "rhel". */
  id: string;
}

export function parseOsRelease(text: string): OsRelease {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
    if (match) values.set(match[1] as string, unquote(match[2] as string));
  }
  return {
    prettyName: values.get('PRETTY_NAME') ?? values.get('NAME') ?? '',
    versionId: values.get('VERSION_ID') ?? '',
    id: values.get('ID') ?? '',
  };
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return quoted ? (quoted[2] as string).replace(/\\(["'$`\\])/g, '$1') : value;
}
