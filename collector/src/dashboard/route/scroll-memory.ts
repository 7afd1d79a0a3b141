/** A view that is come back to is where it was left; a new one begins at its top. */
import { useLayoutEffect } from 'react';

const positions = new Map<string, number>();

/** `place` is a view without its search: typing moves nothing. */
export function useScrollMemory(place: string): void {
  useLayoutEffect(() => {
    window.scrollTo({ top: positions.get(place) ?? 0, behavior: 'instant' });
    const remember = () => positions.set(place, window.scrollY);
    window.addEventListener('scroll', remember, { passive: true });
    return () => window.removeEventListener('scroll', remember);
  }, [place]);
}
