// Supervises the program it is given, prints its process id, and waits to be killed.
import { SupervisedProgram } from '../supervised-program.ts';

const program = new SupervisedProgram({
  command: process.execPath,
  args: [process.argv[2]],
  environment: process.env,
  onLine: (line) => console.log(line),
  onRestart: () => {},
});
program.start();
