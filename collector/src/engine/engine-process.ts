import { engineCommand } from './engine-command.ts';

// The program that the supervisor starts: the engine and nothing else of the collector is loaded.
process.exitCode = await engineCommand(process.argv.slice(2));
process.exit();
