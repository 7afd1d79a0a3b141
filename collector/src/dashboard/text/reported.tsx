import { visiblePieces } from './visible-text.ts';

/** Text that a device reported. In an isolate of its own, so that its direction turns nothing else around. */
export function Reported({ text }: { text: string }) {
  return (
    <bdi>
      {visiblePieces(text).map((piece, index) =>
        piece.escaped ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other identity
          <span key={index} className="escape" title="a character that cannot be seen">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}
