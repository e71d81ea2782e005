// `sudo -n [--] PROGRAM…` for everybody, as the machines of Lima allow it: set-user-ID root.
#include <string.h>
#include <unistd.h>

int main(int count, char** words) {
  int next = 1;
  while (next < count && words[next][0] == '-') {
    if (strcmp(words[next++], "--") == 0) break;
  }
  if (next == count || setgid(0) != 0 || setuid(0) != 0) return 1;
  execvp(words[next], words + next);
  return 127;
}
