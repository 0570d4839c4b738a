// npm run architecture: draws docs/architecture.svg from the imports. --check fails if the stored picture differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { floorOf, floors, listArrows, root } from './rooms.mjs';

const file = join(root, 'docs/architecture.svg');
const rowHeight = 66;
const boxHeight = 30;
const gap = 14;
const widthOf = (room) => 18 + 7.3 * room.length;
const rowWidth = (rooms) => rooms.reduce((sum, room) => sum + widthOf(room) + gap, -gap);
const width = Math.ceil(Math.max(...floors.map(rowWidth))) + 40;

const places = new Map(
  floors.flatMap((rooms, floor) => {
    let x = (width - rowWidth(rooms)) / 2;
    return rooms.map((room) => {
      const place = [room, { x, y: 20 + floor * rowHeight, width: widthOf(room) }];
      x += widthOf(room) + gap;
      return place;
    });
  }),
);

const reach = new Map(floors.flat().map((room) => [room, new Set()]));
for (const { from, to } of listArrows()) reach.get(from).add(to);

/** Returns true if one room also reaches another through a third, so that a direct arrow would add nothing. */
const goesAround = (from, to, isFirst = true) =>
  [...reach.get(from)].some(
    (next) => (next === to && !isFirst) || (next !== to && floorOf(next) < floorOf(to) && goesAround(next, to, false)),
  );

const arrows = [...reach].flatMap(([from, tos]) =>
  [...tos]
    .filter((to) => !goesAround(from, to))
    .sort()
    .map((to) => [from, to]),
);

const round = (number) => Math.round(number * 10) / 10;
const drawArrow = ([from, to]) => {
  const a = places.get(from);
  const b = places.get(to);
  const [x1, y1, x2, y2] = [a.x + a.width / 2, a.y + boxHeight, b.x + b.width / 2, b.y - 3].map(round);
  const bend = round(Math.min(40, (y2 - y1) / 2));
  return `<path class="${floorOf(to) > floorOf(from) ? 'down' : 'up'}" d="M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}"/>`;
};
const drawRoom = (room) => {
  const { x, y, width: wide } = places.get(room);
  return `<rect x="${round(x)}" y="${y}" width="${round(wide)}" height="${boxHeight}" rx="5"/><text x="${round(x + wide / 2)}" y="${y + 20}">${room}</text>`;
};

const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${20 + floors.length * rowHeight}" role="img" aria-labelledby="title">
<title id="title">The rooms of facestep on their floors: every arrow is an import, and runs down</title>
<style>
svg{background:#fff}
rect{fill:#f4f7fb;stroke:#34506b}
text{font:12px ui-monospace,monospace;text-anchor:middle;fill:#12202e}
path{fill:none;stroke:#7d93a8;stroke-opacity:.55;marker-end:url(#head)}
.up{stroke:#c00;stroke-width:2}
</style>
<defs><marker id="head" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z" style="fill:#7d93a8;stroke:none;marker-end:none"/></marker></defs>
${arrows.map(drawArrow).join('\n')}
${[...places.keys()].map(drawRoom).join('\n')}
</svg>
`;

if (!process.argv.includes('--check')) writeFileSync(file, picture);
else if (readFileSync(file, 'utf8') !== picture) {
  process.stderr.write('docs/architecture.svg is not what the imports are: npm run architecture\n');
  process.exitCode = 1;
}
