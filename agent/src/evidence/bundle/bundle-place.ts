/**
 * Where the Info.plist of the bundle around a file would be. Layouts as in Apple's "Bundle Programming Guide": an
 * application keeps it in `Contents`, a framework in `Resources` of each version, bundles of other devices at the top.
 * Pure: names only, nothing is looked at.
 */

/** Folders that are bundles, by the end of their name. `pkg`: receipts and installers of old systems are folders. */
const ENDINGS = [
  ...['app', 'appex', 'framework', 'xpc', 'bundle', 'plugin', 'kext', 'dext', 'systemextension', 'service'],
  ...['prefpane', 'saver', 'component', 'vst', 'vst3', 'mdimporter', 'qlgenerator', 'pkg', 'mpkg'],
].join('|');
const BUNDLE_FOLDER = new RegExp(`.\\.(?:${ENDINGS})$`, 'i');
const BUNDLE_ON_THE_WAY = new RegExp(`[^/]\\.(?:${ENDINGS})/`, 'i');
const FRAMEWORK = /\.framework$/i;
/** Bundles within bundles: of more than these the innermost are looked at. */
const MOST_BUNDLES = 8;

/** Whether any folder on the way to the file looks like a bundle: nothing is to be looked up otherwise. */
export function isInBundle(path: string): boolean {
  return BUNDLE_ON_THE_WAY.test(path);
}

/** Absolute paths, of the nearest bundle first. */
export function infoPlistPlaces(path: string): string[] {
  const segments = path.split('/');
  const places: string[] = [];
  let bundles = 0;
  for (let end = segments.length - 1; end > 0 && bundles < MOST_BUNDLES; end--) {
    if (!BUNDLE_FOLDER.test(segments[end - 1] as string)) continue;
    bundles++;
    places.push(...placesWithin(segments.slice(0, end).join('/'), segments.slice(end)));
  }
  return places;
}

/** `inside`: the way from the bundle to the file. */
function placesWithin(bundle: string, inside: string[]): string[] {
  if (!FRAMEWORK.test(bundle)) return [`${bundle}/Contents/Info.plist`, `${bundle}/Info.plist`];
  // `Resources` at the top of a framework is a link to the current version, which need not be this file's.
  const version = inside[0] === 'Versions' && inside.length > 2 ? `/Versions/${inside[1]}` : '';
  return [`${bundle}${version}/Resources/Info.plist`, `${bundle}/Info.plist`];
}
