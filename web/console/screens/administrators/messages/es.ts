import type { AdministratorsWords } from './en.js';

export const es: AdministratorsWords = {
  heading: 'Administradores',
  intro:
    'Cada uno tiene una clave para la API, la línea de comandos y las emergencias. Los usuarios que inician sesión con una cuenta de empresa no aparecen: deciden sus grupos.',
  none: 'Solo el primer propietario.',
  columns: { name: 'Nombre', role: 'Rol', added: 'Añadido', expires: 'La clave caduca', actions: 'Acciones' },
  always: 'Desde el principio',
  never: 'Nunca',
  stays: 'No se puede eliminar',
  remove: {
    label: 'Eliminar',
    title: (name) => `¿Eliminar a ${name}?`,
    text: 'La clave se revoca y sus sesiones finalizan. Las acciones anteriores permanecen en el registro de auditoría.',
  },
  add: {
    heading: 'Añadir un administrador',
    name: 'Nombre',
    nameHint: 'Se muestra en el registro de auditoría. Letras, dígitos y . _ @ -',
    role: 'Rol',
    roleHints: {
      owner: 'todo',
      operator: 'claves, borrar, ayudar a personas',
      auditor: 'leer',
      'help-desk': 'ayudar a personas',
    },
    days: 'La clave caduca después de (días)',
    daysHint: 'Vacío para que no caduque.',
    submit: 'Añadir',
    keyOf: (name) => `Clave de ${name}`,
    once: 'Se muestra solo una vez. Envíela por un canal privado.',
  },
};
