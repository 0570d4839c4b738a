import { config } from 'zod/mini';

// Runs before any guard is created. It disables compiled guards, which the page's content security policy forbids.
config({ jitless: true });
