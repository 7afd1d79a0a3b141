// Runs until it is told to end, by a signal or by its parent's pipe, and says which.
const say = (msg, level = 30) => console.log(JSON.stringify({ level, msg, pid: process.pid }));
const end = (why) => {
  say(`ended by ${why}`);
  process.exit(0);
};
process.on('SIGTERM', () => end('SIGTERM'));
process.stdin.on('close', () => end('pipe')).resume();
say('up');
say('something is odd', 40);
