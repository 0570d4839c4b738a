import type { DuePresentation, TesterView } from '../../core/presence/page-protocol.js';
import type { Collection } from './collection.js';
import { cellsOf, type Plan } from './plan.js';
import type { AboutPresentation } from './presentation.js';

export interface Tester {
  readonly person: string;
  readonly device: string;
}

/** Progress of a participant on one device. The progress is read from storage once, then counted in memory. */
export interface Tally {
  count(about: Pick<AboutPresentation, 'species' | 'light' | 'outcome'>): void;
  cells(): TesterView['cells'];
  due(): DuePresentation | null;
}

const nothingDone = { captured: 0, no_response: 0, not_done: 0 };

export async function readTally(plan: Plan, { person, device }: Tester, collection: Collection): Promise<Tally> {
  const counts = new Map<string, typeof nothingDone>();
  const keyOf = (species: string, light: string): string => `${species} ${light}`;
  const doneIn = (species: string, light: string) => counts.get(keyOf(species, light)) ?? nothingDone;
  const count: Tally['count'] = ({ species, light, outcome }) => {
    const before = doneIn(species, light);
    counts.set(keyOf(species, light), { ...before, [outcome]: before[outcome] + 1 });
  };
  await collection.forEach(
    async ({ about }) => {
      if (about.device === device) count(about);
    },
    (each) => each.person === person,
  );
  const cells = cellsOf(plan);
  const leftOf = (species: string, light: string): number => {
    const { captured, no_response: noResponse, not_done: skips } = doneIn(species, light);
    return skips > 0 ? 0 : Math.max(0, plan.presentations - captured - noResponse);
  };
  return {
    count,
    cells: () =>
      cells.map(({ species, light }) => {
        const done = doneIn(species.name, light.name);
        return {
          species: species.title,
          light: light.title,
          wanted: plan.presentations,
          kept: done.captured,
          noResponse: done.no_response,
          isSkipped: done.not_done > 0,
        };
      }),
    due() {
      const cell = cells.find(({ species, light }) => leftOf(species.name, light.name) > 0);
      if (cell === undefined) return null;
      const of = cells.length * plan.presentations;
      const left = cells.reduce((sum, { species, light }) => sum + leftOf(species.name, light.name), 0);
      return { index: of - left, of, ...cell };
    },
  };
}
