import { open, rename, rm } from 'node:fs/promises';

/** Writes a file in parts, whole or not at all: it takes its name when it is complete. Returns its bytes. */
export async function writeParts(
  path: string,
  parts: Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const unfinished = `${path}.part`;
  const file = await open(unfinished, 'w');
  let bytes = 0;
  try {
    for (const part of parts) {
      signal.throwIfAborted();
      for (let at = 0; at < part.length; ) at += (await file.write(part, at)).bytesWritten;
      bytes += part.length;
    }
    await file.close();
    await rename(unfinished, path);
    return bytes;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(unfinished, { force: true });
    throw error;
  }
}
