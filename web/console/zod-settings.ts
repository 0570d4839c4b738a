import { config } from 'zod/mini';

// Before any guard is made: no compiled guards, which the page's policy forbids anyway.
config({ jitless: true });
