import { parseOptions, runProgram } from '../measure/program.js';
import { measureJourneys } from './journeys.js';

const usage = `npm run journeys -- [--json]
  Counts how many of the project's files a live server runs for each of four requests.
  --json    print counts and files as JSON`;

await runProgram(async () => {
  const { json = false } = parseOptions({ options: { json: { type: 'boolean' } } }).values;
  const journeys = await measureJourneys();
  const counts = Object.fromEntries(Object.entries(journeys).map(([name, files]) => [name, files.length]));
  process.stdout.write(
    json
      ? `${JSON.stringify({ counts, files: journeys }, null, 2)}\n`
      : Object.entries(counts)
          .map(([name, count]) => `${String(count).padStart(4)}  ${name}\n`)
          .join(''),
  );
}, usage);
