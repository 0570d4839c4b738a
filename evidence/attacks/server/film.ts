import { type Movement, movements } from '../../../src/core/movements.js';
import { readPeople } from '../../../test/browser/people.js';
import { drawTurn, turnHead } from '../../../test/face-video/index.js';
import { createChance } from '../../statistics/chance.js';
import type { Film } from './page.js';

const picturesOfEach = 3;

/** Renders pictures of a person who turns the head in each direction. */
export async function shootFilm(): Promise<Film> {
  const { ada } = await readPeople();
  const chance = createChance('siege');
  const film: Partial<Record<Movement, Uint8Array[]>> = {};
  for (const movement of movements) {
    const shots: Uint8Array[] = [];
    for (let shot = 0; shot < picturesOfEach; shot += 1)
      shots.push(await turnHead(ada, drawTurn(movement, chance), chance));
    film[movement] = shots;
  }
  return { centre: [], left: [], right: [], up: [], down: [], ...film };
}
