// Hears neither signals nor the pipe.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
console.log('up');
setInterval(() => {}, 1000);
