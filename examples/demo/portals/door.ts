import { createFacestepClient } from '../../../client/index.js';
import { createMemoryStore, createRoster, type Roster } from '../../door/roster.js';
import { startDoor } from '../../door/server.js';
import type { Portal } from './portal.js';

/** A door that opens for everyone on its roster, without a sign-in. */
export const doorPortal: Portal = {
  id: 'door',
  port: 8095,
  async start({ port, serverUrl, clientToken }) {
    let roster: Promise<Roster> | null = null;
    const door = await startDoor({
      port,
      // Portals start first.
      openRoster() {
        roster ??= clientToken(['enrol', 'identify']).then((token) =>
          createRoster(createFacestepClient({ url: serverUrl, clientToken: token, fetch }), createMemoryStore()),
        );
        return roster;
      },
    });
    return {
      url: door.url,
      clients: [],
      guide: [
        'A door: it opens to nobody at first. Put yourself on its roster at /roster, and stand before it.',
        'Whoever is not on the roster sees a door that stays as it is. It looks at pictures alone, and asks for no movement.',
      ],
      close: door.close,
    };
  },
};
