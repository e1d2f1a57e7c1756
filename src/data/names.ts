import { DataError } from '../errors.js';
import type { DataHead } from './dataset.js';
import { type DataFiles, readLines } from './files.js';
import { type DataSpec, integerOption } from './spec.js';

/** Class names by label, and the label that a file of names marks as not to count. */
export interface ClassNames {
  readonly names: readonly string[];
  readonly ignore: number | null;
}

/** `0: sky`, `0 sky`, or `0 sky 128 128 128 ignore`: a label, its name, a colour, a mark. */
const NUMBERED = /^(\d+)\s*[:\s]\s*(.+?)(?:\s+\d+\s+\d+\s+\d+)?(\s+ignore)?$/;

/**
 * Reads class names, one a line in the order of their labels; lines may begin with the label, and end
 * with a colour and the word `ignore`. The ignored label is the last one.
 * @throws DataError where labels have gaps or come twice.
 */
export function parseNames(lines: readonly string[], path: string): ClassNames {
  const rows = lines.map((line) => NUMBERED.exec(line));
  if (rows.every((row) => row === null)) return { names: lines, ignore: null };
  const bare = rows.indexOf(null);
  if (bare >= 0)
    throw new DataError(
      `"${lines[bare]}" in line ${bare + 1}, should begin with its label as others do`,
      path,
    );
  const wrong = rows.findIndex((row, label) => Number(row![1]) !== label);
  if (wrong >= 0)
    throw new DataError(`label ${rows[wrong]![1]} in line ${wrong + 1}, should be ${wrong}`, path);
  const ignored = rows.findIndex((row) => row![3]);
  if (ignored >= 0 && ignored !== rows.length - 1)
    throw new DataError(`label ${ignored} is ignored, should be the last, ${rows.length - 1}`, path);
  const names = rows.map((row) => row![2]!);
  return ignored < 0 ? { names, ignore: null } : { names: names.slice(0, ignored), ignore: ignored };
}

/**
 * The classes that a spec names: by a file of `names`, a count of `classes` and the label to `ignore`, 255
 * where neither says another. `usual` names hold where the count is theirs.
 */
export async function headOf(
  spec: DataSpec,
  files: DataFiles,
  usual: readonly string[] | null,
): Promise<DataHead> {
  const { names: file } = spec.options;
  const named = file ? parseNames(await readLines(files, file), file) : { names: usual, ignore: null };
  const count = integerOption(spec, 'classes', 1, 255) ?? named.names?.length;
  if (!count) throw new DataError('no classes, should have classes=N or names=FILE', spec.text);
  if (file && named.names && named.names.length !== count)
    throw new DataError(`${named.names.length} names, should be ${count} as classes says`, file);
  const names =
    named.names?.length === count
      ? named.names
      : Array.from({ length: count }, (_, label) => `class ${label}`);
  const ignore = integerOption(spec, 'ignore', 0, 255) ?? named.ignore ?? 255;
  if (ignore < count)
    throw new DataError(`ignore=${ignore}, should be none of the ${count} classes`, spec.text);
  return { suffix: '', names, ignore };
}
