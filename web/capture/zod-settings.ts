import { config } from 'zod/mini';

// Before any guard is created. Disables compiled guards, which the page's policy forbids.
config({ jitless: true });
