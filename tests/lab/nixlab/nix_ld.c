// Stands in for nix-ld (github.com/nix-community/nix-ld), of which Debian has no package: the
// loader of programs that Nix did not build. Like it, starts the loader that NIX_LD names with the
// libraries of NIX_LD_LIBRARY_PATH, or else those of the system, which are there only after the
// activation. Nothing may be linked to it: as a loader it begins with the auxiliary vector of
// another program.
#include <elf.h>
#include <stddef.h>
#include <sys/syscall.h>

enum { most_arguments = 64 };

static long system_call(long number, long first, long second, long third) {
#if defined(__x86_64__)
  long answer;
  __asm__ volatile("syscall"
                   : "=a"(answer)
                   : "a"(number), "D"(first), "S"(second), "d"(third)
                   : "rcx", "r11", "memory");
  return answer;
#else
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = first;
  register long x1 __asm__("x1") = second;
  register long x2 __asm__("x2") = third;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
#endif
}

static char default_loader[] = "/run/current-system/sw/share/nix-ld/lib/ld.so";
static char default_libraries[] = "/run/current-system/sw/share/nix-ld/lib";

static char* value_of(char** environment, const char* name, char* fallback) {
  for (; *environment != NULL; ++environment) {
    size_t at = 0;
    while (name[at] != '\0' && (*environment)[at] == name[at])
      ++at;
    if (name[at] == '\0' && (*environment)[at] == '=') return *environment + at + 1;
  }
  return fallback;
}

// `stack` is what the kernel hands to a new program.
__attribute__((used)) static void start(long* stack) {
  const long count = stack[0];
  char** arguments = (char**)(stack + 1);
  char** environment = arguments + count + 1;
  char** after = environment;
  while (*after != NULL)
    ++after;
  char* program = NULL;
  for (Elf64_auxv_t* entry = (Elf64_auxv_t*)(after + 1); entry->a_type != AT_NULL; ++entry)
    if (entry->a_type == AT_EXECFN) program = (char*)entry->a_un.a_val;

  char* loader = value_of(environment, "NIX_LD", default_loader);
  char* libraries = value_of(environment, "NIX_LD_LIBRARY_PATH", default_libraries);
  if (program != NULL && count < most_arguments) {
    static char option[] = "--library-path";
    char* command[most_arguments + 4];
    command[0] = loader;
    command[1] = option;
    command[2] = libraries;
    command[3] = program;
    for (long at = 1; at <= count; ++at)
      command[3 + at] = arguments[at]; // with the NULL
    system_call(SYS_execve, (long)loader, (long)command, (long)environment);
  }
  system_call(SYS_exit_group, 127, 0, 0);
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
#else
__asm__(".globl _start\n_start: mov x0, sp\n bl start\n");
#endif
