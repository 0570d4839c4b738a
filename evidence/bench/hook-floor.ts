import { createServer } from 'node:http';

/* Server with a fixed answer, the lower limit of a hook's cost. */

const answer = JSON.stringify({ commands: [] });

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    response.setHeader('content-type', 'application/json').end(answer);
  });
});
process.on('message', () => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) process.send?.(`http://127.0.0.1:${address.port}`);
  });
});
process.on('disconnect', () => process.exit());
