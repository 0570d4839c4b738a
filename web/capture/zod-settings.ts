import { config } from 'zod/mini';

// Before any guard is made. The page reads a few replies of one server: no compiled guards, which its policy forbids anyway.
config({ jitless: true });
