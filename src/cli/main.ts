import { stripVTControlCharacters } from 'node:util';
import { type CommandDef, renderUsage, runCommand } from 'citty';
import { description, version } from '../../package.json';
import { UsageError } from './command.js';
import { commands } from './commands.js';

const rarefy: CommandDef = { meta: { name: 'rarefy', version, description }, subCommands: { ...commands } };

async function help(command: CommandDef, parent?: CommandDef): Promise<void> {
  const text = await renderUsage(command, parent);
  console.log(process.stdout.isTTY ? text : stripVTControlCharacters(text));
}

async function main([name, ...rest]: readonly string[]): Promise<void> {
  if (name === '--version') return console.log(version);
  if (name === undefined || name === '--help' || name === '-h') return help(rarefy);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command)
    throw new UsageError(`unknown command '${name}', should be one of ${Object.keys(commands).join(', ')}`);
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (options.includes('--help') || options.includes('-h')) return help(command, rarefy);
  await runCommand(command, { rawArgs: rest });
}

/** Exit status of a process that a terminal interrupted. */
const INTERRUPTED = 130;

const words = process.argv.slice(2);
try {
  await main(words);
} catch (error) {
  const { name, message, stack } = error as Error;
  console.error(stripVTControlCharacters(`${name === 'CLIError' ? 'UsageError' : name}: ${message}`));
  if (words.includes('--verbose')) console.error(stack);
  process.exitCode = name === 'AbortError' ? INTERRUPTED : 1;
}
