/**
 * The commit of a clone, and behind a `+` a hash of what was built of it where tracked files differ: documents and
 * results of the benchmark aside. Null where it is no clone.
 * @param bundle path of a file of the build
 */
export function commitOf(folder: string, bundle: string): string | null;
