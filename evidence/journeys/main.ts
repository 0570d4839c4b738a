import { measureJourneys } from './journeys.js';

/* npm run journeys [-- --json]: how many of the project's files a live server runs for each of four requests. */

const journeys = await measureJourneys();
const counts = Object.fromEntries(Object.entries(journeys).map(([name, files]) => [name, files.length]));
process.stdout.write(
  process.argv.includes('--json')
    ? `${JSON.stringify({ counts, files: journeys }, null, 2)}\n`
    : Object.entries(counts)
        .map(([name, count]) => `${String(count).padStart(4)}  ${name}\n`)
        .join(''),
);
