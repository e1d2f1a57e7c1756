import { expect } from 'chai';
import { type CommandDef, runCommand } from 'citty';
import { checkArguments, command, UsageError } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands.js';
import { ProgressLine } from '../../src/cli/progress.js';

describe('arguments', () => {
  const args = {
    image: { type: 'positional', required: false },
    outDir: { type: 'string', alias: 'o' },
  } as const;

  it('are known by their names in both spellings, and by an alias', () => {
    checkArguments(
      'heatmap',
      { _: ['a.png'], image: 'a.png', outDir: 'x', 'out-dir': 'x', o: 'x' },
      args,
      false,
    );
  });
  it('that are unknown are refused by name', () => {
    const given = { _: [], sise: '3' };
    expect(() => checkArguments('heatmap', given, args, false)).to.throw(UsageError, 'unknown option --sise');
  });
  it('beyond the last one are refused, unless more may follow', () => {
    const given = { _: ['a', 'b'] };
    expect(() => checkArguments('heatmap', given, args, false)).to.throw(
      UsageError,
      'heatmap: 2 arguments, should be at most 1',
    );
    checkArguments('heatmap', given, args, true);
  });
  it('give the runtime, headless Chrome without a word', async () => {
    const seen: string[] = [];
    const probe: CommandDef = command({
      name: 'probe',
      description: '',
      args: {},
      run: async (_, tools) => {
        seen.push(tools.runtime);
        return { text: '', json: {}, ok: true };
      },
    });
    await runCommand(probe, { rawArgs: [] });
    await runCommand(probe, { rawArgs: ['--runtime', 'deno'] });
    expect(seen).to.deep.equal(['chrome', 'deno']);
    let error: unknown;
    await runCommand(probe, { rawArgs: ['--runtime=firefox'] }).catch((e) => {
      error = e;
    });
    expect(String(error)).to.include('firefox').and.to.include('chrome');
  });
  it('belong to commands that go by the name in the table', () => {
    for (const [name, { meta }] of Object.entries(commands)) expect(meta).to.include({ name });
  });
});

describe('progress', () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    return { written, line: new ProgressLine({ isTTY, columns: 20, write } as never) };
  };

  it('is one line that changes on a terminal, cut to its width', () => {
    const { written, line } = stream(true);
    line.show({ text: 'layer', done: 1, total: 3 });
    line.show({ text: 'a text that is too long for it' });
    line.clear();
    expect(written).to.deep.equal(['\r\x1b[2Klayer 1/3', '\r\x1b[2Ka text that is too ', '\r\x1b[2K']);
  });
  it('is a line for each new text elsewhere', () => {
    const { written, line } = stream(false);
    for (let done = 0; done < 3; done++) line.show({ text: 'layer', done, total: 3 });
    line.show({ text: 'done' });
    expect(written).to.deep.equal(['layer 0/3\n', 'done\n']);
  });
});
