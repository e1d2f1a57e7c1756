// What a build was made of, for the results that it will measure.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const git = (folder, ...args) => {
  const { status, stdout } = spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
};

export function commitOf(folder, bundle) {
  const commit = git(folder, 'rev-parse', '--short', 'HEAD');
  const built = ['.', ':!*.md', ':!bench/results'];
  if (!commit || !git(folder, 'status', '--porcelain', '--untracked-files=no', '--', ...built)) return commit;
  const digest = createHash('sha256').update(readFileSync(bundle)).digest('hex');
  return `${commit}+${digest.slice(0, 8)}`;
}
