import { createFacestepClient } from '../../../client/index.js';
import { createMemoryStore, createRoster, type Roster } from '../../door/roster.js';
import { startDoor } from '../../door/server.js';
import type { Portal } from './portal.js';

export const doorPortal: Portal = {
  id: 'door',
  port: 8095,
  async start({ port, serverUrl, clientToken }) {
    let roster: Promise<Roster> | null = null;
    const door = await startDoor({
      port,
      // Portals start before the facestep server, so the client token is requested at the first use.
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
        'A door with an empty roster. Add yourself at /roster, then stand in front of the door.',
        'For other people the door stays closed. It checks pictures only and asks for no movement.',
      ],
      close: door.close,
    };
  },
};
