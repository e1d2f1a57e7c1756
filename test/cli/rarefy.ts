// Runs the command line as a user does: a process of its own, with its exit code and its two streams.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const here = dirname(fileURLToPath(import.meta.url)); // dist/test

/** A command that has not ended after so many milliseconds is killed. */
const TIMEOUT = 900_000;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly finished: Promise<Finished>;
  /** Resolves once stderr has a match; rejects if the command ends before. */
  says(pattern: RegExp): Promise<void>;
  interrupt(): void;
  /** Ends it at once, without a word to it; returns the processes that it had started. */
  kill(): number[];
}

export function start(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [join(here, '../cli.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT,
  });
  const streams = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      streams[name] += text;
    });
  const finished = new Promise<Finished>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done({ code, ...streams }));
  });
  return {
    finished,
    says: (pattern) =>
      new Promise((done, failed) => {
        const look = () => pattern.test(streams.stderr) && done();
        child.stderr.on('data', look);
        look();
        void finished.then(({ code, stderr }) =>
          failed(new Error(`ended with ${code} before it said ${pattern}: ${stderr.slice(-500)}`)),
        );
      }),
    interrupt: () => child.kill('SIGINT'),
    kill() {
      const started = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      child.kill('SIGKILL');
      return started.trim().split(' ').map(Number);
    },
  };
}

export const rarefy = (...args: readonly string[]): Promise<Finished> => start(...args).finished;

/** Runs a command that must succeed. */
export async function success(...args: readonly string[]): Promise<Finished> {
  const finished = await rarefy(...args);
  expect(finished.code, finished.stderr).to.equal(0);
  return finished;
}

/** Runs a command with --json: stdout must hold one JSON object and nothing else. */
export async function report<T>(...args: readonly string[]): Promise<T> {
  const { stdout } = await success(...args, '--json');
  expect(stdout.trimEnd().split('\n')).to.have.length(1);
  const object = JSON.parse(stdout);
  expect(object).to.be.an('object');
  return object;
}

/** Runs a command that must fail with 1, and returns the one line that it says why, behind its progress. */
export async function refusal(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await rarefy(...args);
  expect(code, stderr).to.equal(1);
  expect(stdout).to.equal('');
  return stderr.trimEnd().split('\n').at(-1)!;
}

/** A folder for the tests of a suite, gone after them. */
export function temporaryFolder(): (name: string) => string {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rarefy-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

/** A file of test/data. */
export const testData = (path: string): string => join(here, '../../test/data', path);

/** The folder with more data, where there is one. */
export const extraFolder = process.env.RAREFY_DATA;
