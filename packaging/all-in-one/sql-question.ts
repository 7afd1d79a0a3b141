/** One read-only question to the SQL port. */

/** The rows as objects; throws when the port does not answer or refuses. 64-bit numbers come as text. */
export async function askSql<Row>(port: number, question: string): Promise<Row[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/?default_format=JSONEachRow`, {
    method: 'POST',
    body: question,
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text.split('\n')[0]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
