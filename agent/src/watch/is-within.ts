/** Whether the path is the folder, or lies below it. Both absolute, as text: nothing is looked up. Pure. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
