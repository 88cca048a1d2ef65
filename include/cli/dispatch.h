/** The program: reads the command line, finds the subcommand, and calls it or prints its help. */
#ifndef CLI_DISPATCH_H
#define CLI_DISPATCH_H

/** Returns the exit code. `environment` ends with NULL and is borrowed. */
int cli_main(int argc, char **argv, char **environment);

#endif
