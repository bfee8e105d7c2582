/** The name of standard input and output among files. */
export const standard = '-';
