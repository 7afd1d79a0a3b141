// Says something and dies.
console.error(JSON.stringify({ level: 50, msg: 'out of luck' }));
process.exit(3);
