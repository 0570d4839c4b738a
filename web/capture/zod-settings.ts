import { config } from 'zod/mini';

// This module must run before any guard is created. It stops zod from compiling guards to code, which the page's
// content security policy forbids.
config({ jitless: true });
